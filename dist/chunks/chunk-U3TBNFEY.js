import{a as t}from"./chunk-DUYBVGMU.js";var a=t();export{a};
