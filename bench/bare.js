// An empty program, to measure the runtime alone.
console.log("ready");
setInterval(() => {}, 1000);
