import{a as t}from"./chunk-SEJSHCZK.js";var a=t();export{a};
