import{a as t}from"./chunk-ALYVUUJO.js";var a=t();export{a};
