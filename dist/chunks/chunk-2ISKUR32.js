function s({context:t}){let{actor:e,eventName:r,sha:o,job:n}=t;return{actor:e,event:r,sha:o,job:n}}export{s as a};
