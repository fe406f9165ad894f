import{e as r}from"./chunk-XZEVTTI5.js";function t(e){return r(e.trim().replace(/\s*[\r\n]+\s*/g," | ")).replaceAll("##[","# #[")}export{t as a};
