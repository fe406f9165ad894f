import{a as t}from"./chunk-MO6U4M7W.js";var a=t();export{a};
