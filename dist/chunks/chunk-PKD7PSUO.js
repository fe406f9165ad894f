import{a as t}from"./chunk-MII4NCKV.js";var a=t();export{a};
