import{a,b}from"./chunk-R4P533FE.js";import"./chunk-XHEVZWD6.js";import"./chunk-4QGHZ2KT.js";import"./chunk-R3652HE5.js";import"./chunk-EMBIDUMY.js";export{b as openForge,a as openForgeClient};
