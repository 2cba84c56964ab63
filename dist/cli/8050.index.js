const id=8050,ids=[8050],modules={8050:(module=>{module.exports=eval("require")("kerberos")})};export{id,ids,modules};
