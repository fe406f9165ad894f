import{createHash as s}from"node:crypto";function i(e){let r=e.map(({mode:t,oid:o,path:n})=>`${t} ${o}	${n}\0`);return s("sha256").update(r.join("")).digest("hex")}export{i as a};
