import{a,b}from"./chunk-ABXCZ6WY.js";import"./chunk-BDHZBNST.js";import"./chunk-DVTYIK4K.js";import"./chunk-UAGKEEBP.js";import"./chunk-EMBIDUMY.js";export{b as openForge,a as openForgeClient};
