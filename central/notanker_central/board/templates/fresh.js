let last=0;
for(const kind of['keydown','pointerdown','wheel','touchmove'])addEventListener(kind,()=>{last=Date.now()},{passive:true});
setInterval(()=>{
  const busy=document.hidden||Date.now()-last<30000||document.querySelector('form :focus:not(button),details[open]');
  if(!busy)location.reload();
},10000);
