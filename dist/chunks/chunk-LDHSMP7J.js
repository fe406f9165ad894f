import{e as r}from"./chunk-R3652HE5.js";function t(e){return r(e.trim().replace(/\s*[\r\n]+\s*/g," | ")).replaceAll("##[","# #[")}export{t as a};
