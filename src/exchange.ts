// Published as "tti-provider/exchange": the package tti-exchange under the name it had before.
export * from "tti-exchange";
