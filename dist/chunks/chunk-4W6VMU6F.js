function t(n){let e=n.get("fence")?.toString("latin1");return e===""?0:e!==void 0&&/^[0-9]{1,15}$/.test(e)?Number(e):void 0}export{t as a};
