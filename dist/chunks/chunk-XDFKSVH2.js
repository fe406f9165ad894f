var c=".platform/gates.yaml";function r(o,t){return t.mode??o.mode}function e(o,t){return o.stateful.backup_root??`${t.runtime_root}/backups`}export{c as a,r as b,e as c};
