import{a as t}from"./chunk-PVQJBHHH.js";var a=t();export{a};
