import{a as t}from"./chunk-V4FSEBG6.js";var a=t();export{a};
