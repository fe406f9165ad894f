import{a as t}from"./chunk-754YKFV2.js";var a=t();export{a};
