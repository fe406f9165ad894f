import{e as n}from"./chunk-S2NWU3K6.js";function t(e){let r=e.key===""?"":`${e.key}: `;return n(`${e.file}:${e.line}: ${r}${e.message}`)}export{t as a};
