// Published as "tti-provider/sandbox": the package tti-sandbox under the name it had before.
export * from "tti-sandbox";
