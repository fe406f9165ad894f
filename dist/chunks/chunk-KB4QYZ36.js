import{a as t}from"./chunk-6JMOGFFQ.js";var a=t();export{a};
