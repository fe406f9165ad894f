import{a as t}from"./chunk-QFRSBJM2.js";var a=t();export{a};
