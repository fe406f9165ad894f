import{a as t}from"./chunk-AUW2JJRB.js";var a=t();export{a};
