import{a as t}from"./chunk-OGPMYNYA.js";var a=t();export{a};
