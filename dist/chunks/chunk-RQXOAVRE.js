import{a as t}from"./chunk-Y63YKT62.js";var a=t();export{a};
