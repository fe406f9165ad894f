import{b as c,c as d,d as a,e as s,h as m}from"./chunk-O5ND4JNV.js";function y(r,o){let n=d([]),i=r.isTTY===!0&&!process.env.NO_COLOR,t=e=>{o||r.write(`${e}
`)};return{json:o,line:e=>t(c(n.redact(e))),verdict:e=>{let u=s(e,n);for(let p of m(u,{colour:i}))t(p)},document:e=>{o&&r.write(`${a(JSON.stringify(e),n)}
`)}}}function T({verdict:r,outputs:o}){let n=Object.entries(o).map(([i,t])=>[i,/^(?:\[.*\]|true|false|\d{1,9})$/s.test(t)?JSON.parse(t):t]);return{verdict:r,outputs:Object.fromEntries(n)}}export{y as a,T as b};
