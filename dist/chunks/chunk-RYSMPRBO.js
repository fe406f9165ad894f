import{e as r}from"./chunk-XU73J5FZ.js";function t(e){return r(e.trim().replace(/\s*[\r\n]+\s*/g," | ")).replaceAll("##[","# #[")}export{t as a};
