const x=9289,b=[9289],k={9289:((v,d,r)=>{r.r(d),r.d(d,{html:()=>h});var i=r(3977),m=r(1922),c=r(3806),s=r(5497),p=r(7598);const l=`
:root { color-scheme: light dark; --line: light-dark(#d1d9e0, #3d444d); --ground: light-dark(#f6f8fa, #151b23); }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem; }
code, pre { font: 13px/1.45 ui-monospace, monospace; background: var(--ground); border-radius: 4px; }
code { padding: 0.15em 0.35em; overflow-wrap: anywhere; }
pre { padding: 1rem; overflow-x: auto; }
pre code { padding: 0; }
table { border-collapse: collapse; display: block; overflow-x: auto; margin: 1rem 0; }
th, td { border: 1px solid var(--line); padding: 0.35rem 0.7rem; text-align: left; }
[align=right] { text-align: right; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; margin: 0.6rem 0; }
.alert { border-left: 4px solid var(--tone); padding: 0.2rem 1rem; margin-bottom: 1rem; }
.note { --tone: light-dark(#0969da, #4493f8); }
.tip { --tone: light-dark(#1a7f37, #3fb950); }
.important { --tone: light-dark(#8250df, #ab7df8); }
.warning { --tone: light-dark(#9a6700, #d29922); }
.caution { --tone: light-dark(#cf222e, #f85149); }
`,u=`default-src 'none'; style-src 'sha256-${(0,p.createHash)("sha256").update(l).digest("base64")}'; base-uri 'none'; form-action 'none'`;function h(e){const a=(0,s.zr)((0,c.l)(e).flatMap(([o])=>[...o?.nodes??[]])),n=(0,m._)(a,{handlers:{alert:f,details:y}});return`${(0,i.V)(g(e.verdict,n.type==="root"?n.children.flatMap(o=>o.type==="doctype"?[]:[o]):[]))}
`}function g(e,a){const n=t("head",{},[t("meta",{charSet:"utf-8"},[]),t("meta",{httpEquiv:["content-security-policy"],content:u},[]),t("meta",{name:"viewport",content:"width=device-width, initial-scale=1"},[]),t("meta",{name:"referrer",content:"no-referrer"},[]),t("title",{},[{type:"text",value:`headcheck: ${e}`}]),t("style",{},[{type:"text",value:l}])]),o=t("main",{},[...a]);return{type:"root",children:[{type:"doctype"},t("html",{lang:"en"},[n,t("body",{},[o])])]}}function f(e,a){return t("div",{className:["alert",a.kind]},e.wrap(e.all(a),!0))}function y(e,a){const n=t("summary",{},e.all({type:"paragraph",children:a.summary}));return t("details",{open:a.open},[n,...e.wrap(e.all(a),!0)])}function t(e,a,n){return{type:"element",tagName:e,properties:a,children:n}}})};export{x as id,b as ids,k as modules};
