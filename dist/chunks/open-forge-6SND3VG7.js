import{a}from"./chunk-AYXGLHNI.js";import"./chunk-WKI7B3SN.js";import"./chunk-M73YDVT6.js";import"./chunk-5BGWM4DW.js";import"./chunk-EMBIDUMY.js";export{a as openForge};
