import{a}from"./chunk-HP4TQ4IX.js";import"./chunk-JISAJDRM.js";import"./chunk-JWRLAR22.js";import"./chunk-S2NWU3K6.js";import"./chunk-EMBIDUMY.js";export{a as openForge};
