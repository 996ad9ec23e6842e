// Owns hashes that other implementations made, as they publish them.

/** A password and a hash of it. */
export interface Vector {
  by: string;
  password: string;
  hash: string;
}

export const vectors: readonly Vector[] = [
  {
    by: "crypt_blowfish ($2a$)",
    password: "U*U",
    hash: "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
  },
  {
    by: "crypt_blowfish ($2y$)",
    password: "U*U*",
    hash: "$2y$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
  },
  {
    by: "crypt_blowfish ($2b$)",
    password:
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored",
    hash: "$2b$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui",
  },
  {
    by: "RFC 7914 section 12 (scrypt)",
    password: "pleaseletmein",
    hash: "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
  },
  {
    by: "passlib (scrypt)",
    password: "password",
    hash: "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
  },
  {
    by: "RFC 7914 section 11 (PBKDF2 with SHA-256)",
    password: "passwd",
    hash: "$pbkdf2-sha256$i=1,l=64$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8Xm2RZkWZLOdd+8xfHG4RbHjC9UJESBB06GXgw",
  },
  {
    by: "passlib (PBKDF2 with SHA-256)",
    password: "toomanysecrets",
    hash: "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
  },
  {
    by: "passlib (PBKDF2 with SHA-512)",
    password: "password",
    hash: "$pbkdf2-sha512$1212$RHY0Fr3IDMSVO/RSZyb5ow$eNLfBK.eVozomMr.1gYa17k9B7KIK25NOEshvhrSX.esqY3s.FvWZViXz4KoLlQI.BzY/YTNJOiKc5gBYFYGww",
  },
  {
    by: "the reference implementation (Argon2id)",
    password: "password",
    hash: "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
  },
  {
    by: "the reference implementation (Argon2i)",
    password: "password",
    hash: "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
  },
  {
    by: "OpenSSL (Argon2d)",
    password: "password",
    hash: "$argon2d$v=19$m=256,t=2,p=2$c29tZXNhbHQ$e2nJLXw4iarRKB28i678Esw3yA8cdeM+8sLUDCjrxXM",
  },
];
