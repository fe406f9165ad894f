import{a as t}from"./chunk-22DUQNUU.js";var a=t();export{a};
