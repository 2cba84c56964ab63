const b=9289,x=[9289],k={9289:((v,l,n)=>{n.d(l,{html:()=>h});var i=n(3977),m=n(1922),c=n(3806),s=n(5497),p=n(7598);const d=`
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
`,u=`default-src 'none'; style-src 'sha256-${(0,p.createHash)("sha256").update(d).digest("base64")}'; base-uri 'none'; form-action 'none'`;function h(t){const a=(0,s.zr)((0,c.l)(t,Number.POSITIVE_INFINITY).flatMap(([o])=>[...o?.nodes??[]])),r=(0,m._)(a,{handlers:{alert:f,details:y}});return`${(0,i.V)(g(t.verdict,r.type==="root"?r.children.flatMap(o=>o.type==="doctype"?[]:[o]):[]))}
`}function g(t,a){const r=e("head",{},[e("meta",{charSet:"utf-8"},[]),e("meta",{httpEquiv:["content-security-policy"],content:u},[]),e("meta",{name:"viewport",content:"width=device-width, initial-scale=1"},[]),e("meta",{name:"referrer",content:"no-referrer"},[]),e("title",{},[{type:"text",value:`headcheck: ${t}`}]),e("style",{},[{type:"text",value:d}])]),o=e("main",{},[...a]);return{type:"root",children:[{type:"doctype"},e("html",{lang:"en"},[r,e("body",{},[o])])]}}function f(t,a){return e("div",{className:["alert",a.kind]},t.wrap(t.all(a),!0))}function y(t,a){const r=e("summary",{},t.all({type:"paragraph",children:a.summary}));return e("details",{open:a.open},[r,...t.wrap(t.all(a),!0)])}function e(t,a,r){return{type:"element",tagName:t,properties:a,children:r}}})};export{b as id,x as ids,k as modules};
