import{a as t}from"./chunk-IVMXPXIO.js";function e({context:o},{approval:r}){return o.eventName==="workflow_dispatch"&&!t(o.actor,r.not_counted)}export{e as a};
