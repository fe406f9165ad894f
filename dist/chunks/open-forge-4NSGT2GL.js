import{a,b}from"./chunk-J6PB5OKG.js";import"./chunk-DNDXXEYW.js";import"./chunk-TYMNYTUN.js";import"./chunk-XZEVTTI5.js";import"./chunk-EMBIDUMY.js";export{b as openForge,a as openForgeClient};
