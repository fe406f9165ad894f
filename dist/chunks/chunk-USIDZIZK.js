import{a as t}from"./chunk-6IGDKV6H.js";var a=t();export{a};
