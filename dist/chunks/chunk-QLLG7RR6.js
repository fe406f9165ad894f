import{e as r}from"./chunk-EFE6DGZJ.js";function t(e){return r(e.trim().replace(/\s*[\r\n]+\s*/g," | ")).replaceAll("##[","# #[")}export{t as a};
