import{a as t}from"./chunk-4DUZLCBE.js";var a=t();export{a};
