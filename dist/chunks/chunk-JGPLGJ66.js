import{a as t}from"./chunk-6INMVAFG.js";var a=t();export{a};
