import{e as r}from"./chunk-R3652HE5.js";function d(e){let{file:l,line:n,column:o,message:t}=e,a=e.key===""?"":`${e.key}: `,y=o===void 0?n:`${n}:${o}`;return r(`${l}:${y}: ${a}${t}`)}export{d as a};
