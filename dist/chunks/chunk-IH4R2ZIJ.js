import{a as t}from"./chunk-Q4J2TIAW.js";var a=t();export{a};
