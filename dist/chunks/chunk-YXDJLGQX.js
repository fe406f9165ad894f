import{a as t}from"./chunk-62IOEOFF.js";var a=t();export{a};
