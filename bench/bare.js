// A program that does nothing: what the runtime itself takes.
console.log("ready");
setInterval(() => {}, 1000);
