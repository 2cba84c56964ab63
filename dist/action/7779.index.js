const id=7779,ids=[7779],modules={7779:(module=>{module.exports=eval("require")("kerberos")})};export{id,ids,modules};
