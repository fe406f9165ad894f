import{a as t}from"./chunk-A75XUT7N.js";var a=t();export{a};
