import{a}from"./chunk-ICB2OHEX.js";import"./chunk-43LOLTPA.js";import"./chunk-FRHT3FJV.js";import"./chunk-JZKBRTXE.js";import"./chunk-EMBIDUMY.js";export{a as openForge};
