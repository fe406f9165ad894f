import{a}from"./chunk-JZ3UE2I3.js";import"./chunk-EMBIDUMY.js";export default a();
