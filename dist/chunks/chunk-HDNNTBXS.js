var e=".platform/gates.yaml";function r(o,t){return t.mode??o.mode}function i(o,t){return o.stateful.backup_root??`${t.runtime_root}/backups`}export{e as a,r as b,i as c};
