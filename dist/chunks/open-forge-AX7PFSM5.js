import{a}from"./chunk-QO5YHIJW.js";import"./chunk-G3KFSULH.js";import"./chunk-FRHT3FJV.js";import"./chunk-JZKBRTXE.js";import"./chunk-EMBIDUMY.js";export{a as openForge};
