import{a as t}from"./chunk-V4L6GWLO.js";var a=t();export{a};
