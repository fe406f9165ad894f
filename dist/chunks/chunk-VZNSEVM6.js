import{e as r}from"./chunk-4NOORFJJ.js";function t(e){return r(e.trim().replace(/\s*[\r\n]+\s*/g," | ")).replaceAll("##[","# #[")}export{t as a};
